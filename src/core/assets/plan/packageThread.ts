import { answerCalls } from '../../../base/threadCalls.ts';
import { PackageLooks, type PackageLook, type PackageQuestion } from './look.ts';

const looks = new PackageLooks();

// The entry of a thread of its own, for what may hash gigabytes: `vscode/assets` starts it.
answerCalls((question: PackageQuestion): Promise<PackageLook> => looks.look(question));
