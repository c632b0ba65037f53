import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * Answers the benchmark from a process of its own, so that its work is not counted: `/small` with a balance,
 * `/bytes/<megabytes>` with a file that is made while it is sent. Prints its URL; ends with its parent.
 */
const block = Buffer.alloc(64 * 1024, 'rivya');
const megabyte = 1024 * 1024;
// It begins like a video, because the library takes nothing else.
const firstBlock = Buffer.concat([Buffer.from('\0\0\0\x10ftypisom\0\0\0\0', 'latin1'), block.subarray(16)]);
const balance = JSON.stringify({ current_credits: 123 });

const server = createServer((request, response) => {
  const megabytes = /^\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1];
  if (megabytes === undefined) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(balance);
    return;
  }
  let left = Number(megabytes) * megabyte;
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': left });
  let next = firstBlock;
  const send = (): void => {
    while (left > 0) {
      left -= block.length;
      const written = response.write(next);
      next = block;
      if (!written) {
        response.once('drain', send);
        return;
      }
    }
    response.end();
  };
  send();
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('disconnect', () => process.exit());
