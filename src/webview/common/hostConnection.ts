/** The connection to the extension host. */

interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(memory: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

/** What a page says to the host, and what it remembers by itself when it is hidden, moved or reloaded. */
export interface HostConnection<Message, Memory> {
  readonly post: (message: Message) => void;
  readonly remember: (memory: Memory) => void;
  /** What an earlier version has remembered may lack something. */
  readonly remembered: () => Partial<Memory>;
}

/** Connects; a page may do so once. */
export function connect<Message, Memory>(): HostConnection<Message, Memory> {
  const api = acquireVsCodeApi();
  return {
    post: message => api.postMessage(message),
    remember: memory => api.setState(memory),
    remembered: () => (api.getState() as Partial<Memory> | undefined) ?? {},
  };
}
