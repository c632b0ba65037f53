import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { previewsOf, type AnsweredTask, type PreviewImage } from '../../../../src/core/agents/answers.ts';
import { previewFile } from '../../../../src/core/agents/previewFile.ts';
import { someAgent, agentWorld } from '../../../support/agentWorld.ts';
import { startJobs } from '../../../support/jobHarness.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { smallFiles } from '../../../support/mediaBytes.ts';
import { photo, realPictures } from '../../../support/pictures.ts';
import { draft, storedFile, temporaryFolder } from '../../../support/tasks.ts';
import type { MediaKind } from '../../../../src/shared/task.ts';

const never = new AbortController().signal;
const image: PreviewImage = { mediaType: 'image/jpeg', bytes: new Uint8Array(9) };

function answered(kind: MediaKind, files: number): AnsweredTask {
  const file = {
    path: 'a.png',
    uri: 'file:///a.png',
    isInLibrary: false,
    file: storedFile(),
    reference: undefined,
  };
  return { task: draft({ kind }), isFolded: false, files: Array.from({ length: files }, () => file) };
}

it('four images at most are shown, no video or sound, and of the rest there is a word', async () => {
  const shown = async (...tasks: AnsweredTask[]): Promise<[number, string]> => {
    const { previews, remark } = await previewsOf(tasks, () => Promise.resolve(image));
    return [previews.length, remark];
  };
  expect(await shown(answered('image', 1))).toEqual([1, 'shown: 1']);
  expect(await shown(answered('image', 4), answered('image', 2))).toEqual([
    4,
    'shown: 4; to see the other 2, open the path',
  ]);
  expect(await shown(answered('video', 1), answered('audio', 1))).toEqual([
    0,
    'shown: 0; to see the other 2, open the path',
  ]);
  const without = await previewsOf([answered('image', 2)], undefined);
  expect(without).toEqual({ previews: [], remark: 'shown: 0; to see the other 2, open the path' });
});

it('images are given only by the tool that looks at jobs, and only when it is asked', async () => {
  await using harness = await startJobs();
  const asked: string[] = [];
  const { agents } = await agentWorld(harness, {
    preview: file => {
      asked.push(file.path);
      return Promise.resolve(image);
    },
  });
  const order = { prompt: 'A fox', model: 'z-image', wait_seconds: 0 };
  await agents.call('generate_image', order, someAgent, never);
  await harness.settled();
  const [task] = harness.ledger.tasks({ limit: 1 });
  const task_ids = [task?.id];
  expect((await agents.call('generate_image', order, someAgent, never)).previews).toBeUndefined();
  expect((await agents.call('check_task', { task_ids }, someAgent, never)).previews).toBeUndefined();
  expect(asked).toEqual([]);
  const { text, previews } = await agents.call('check_task', { task_ids, show: true }, someAgent, never);
  expect(previews).toEqual([image]);
  expect(text).toContain('\nshown: 1');
  expect(text).not.toMatch(/[A-Za-z0-9+/]{200}/);
});

it('a file is shown small, or as it is where it is small and cannot be scaled', async () => {
  using folder = temporaryFolder();
  const pictures = await realPictures(folder.file('codecs'), new ManualClock());
  const shown = async (
    bytes: Buffer,
    mediaType: string,
    codecs: typeof pictures | 'none' = pictures,
  ): Promise<PreviewImage | undefined> => {
    const path = folder.file('result');
    writeFileSync(path, bytes);
    return previewFile(
      { pathOf: () => path },
      storedFile({ mediaType, bytes: bytes.length }),
      codecs === 'none' ? undefined : codecs,
    );
  };
  const large = photo(900, 300);
  const small = await shown(large, 'image/png');
  expect(small?.mediaType).toBe('image/jpeg');
  expect(small?.bytes.length).toBeLessThan(large.length / 2);
  const gif = smallFiles['gif']?.bytes ?? Buffer.alloc(0);
  expect(await shown(gif, 'image/gif')).toEqual({ mediaType: 'image/gif', bytes: gif });
  expect(await shown(Buffer.concat([gif, Buffer.alloc(200_000)]), 'image/gif')).toBeUndefined();
  expect(await shown(gif, 'image/avif')).toBeUndefined();
  expect(await shown(large.subarray(0, 500), 'image/png')).toBeUndefined();
  expect(await shown(large, 'video/mp4')).toBeUndefined();
  // Where there are no codecs.
  const tiny = photo(20, 20);
  expect((await shown(tiny, 'image/png', 'none'))?.bytes).toEqual(tiny);
  expect(await shown(photo(600, 600), 'image/png', 'none')).toBeUndefined();
  const gone = { pathOf: () => folder.file('nothing') };
  expect(await previewFile(gone, storedFile(), pictures)).toBeUndefined();
  pictures.dispose();
});
