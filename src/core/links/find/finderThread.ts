import { answerQuestions } from '../../../base/answerQuestions.ts';
import { answerTo } from './finderQuestion.ts';

// The program of a thread of its own: `ReferenceFinder` starts it.
answerQuestions(answerTo);
