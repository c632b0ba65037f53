import type { Task } from '../../shared/task.ts';

/** A job as it was asked for; everything else starts empty. */
export type NewTask = Pick<Task, 'id' | 'origin' | 'kind' | 'model' | 'prompt' | 'body' | 'idempotencyKey'> &
  Partial<Pick<Task, 'sources' | 'orderId' | 'parent' | 'agreedCredits' | 'dueAt'>>;
