import fc from 'fast-check';

/**
 * The same cases in every run, so that a change is judged by what it changed; `FUZZ_SEED=random` or a number
 * asks for others. fast-check prints the seed of a failure.
 */
const { FUZZ_SEED: asked = '20261124' } = process.env;
if (asked !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) });
