/** What a client's model is told of the tools as a whole: as the skill says it, in at most 500 characters. */
export const instructions =
  "Rivya makes images, video, speech, music and sounds, and each order costs the user's credits. Look with " +
  'find_tasks first. Leave model and params out unless the user wants something special. Write a prompt about ' +
  'the result alone. Name the document that will show it, and put the text of the answer into it with your own ' +
  'edit tool. Wait with check_task, do not order again. A refusal ends it: tell the user.';
