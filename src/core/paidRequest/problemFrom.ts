import type { RivyaError } from '../../api/errors/errors.ts';
import type { Problem } from '../../shared/task.ts';

/** What of an error survives a restart. */
export function problemFrom({ code, message, status, requestId }: RivyaError): Problem {
  return {
    code,
    message,
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
  };
}
