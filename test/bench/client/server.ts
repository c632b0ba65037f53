import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * Answers the benchmark from a process of its own, so that its work is not counted: `/small` with a balance,
 * `/bytes/<megabytes>` with a file that is made while it is sent. Prints its URL; ends with its parent.
 */
const block = Buffer.alloc(64 * 1024, 'rivya');
const megabyte = 1024 * 1024;
const balance = JSON.stringify({ current_credits: 123 });

const server = createServer((request, response) => {
  const megabytes = /^\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1];
  if (megabytes === undefined) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(balance);
    return;
  }
  let left = Number(megabytes) * megabyte;
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': left });
  const send = (): void => {
    while (left > 0) {
      left -= block.length;
      if (!response.write(block)) {
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
