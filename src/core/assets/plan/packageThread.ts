import { answerQuestions } from '../../../base/answerQuestions.ts';
import { PackageLooks, type PackageLook, type PackageQuestion } from './look.ts';

const looks = new PackageLooks();

// The program of a thread of its own, for what may hash gigabytes: `vscode/assets` starts it.
answerQuestions((question: PackageQuestion): Promise<PackageLook> => looks.look(question));
