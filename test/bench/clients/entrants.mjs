/** The clients of the bench, in the order of every table. */
export const CLIENTS = [
  { name: 'rx-deepgram', title: 'rx-deepgram', npm: undefined },
  { name: 'resilient-sdk', title: '@deepgram/sdk + rx-deepgram', npm: '@deepgram/sdk' },
  { name: 'deepgram-sdk', title: '@deepgram/sdk', npm: '@deepgram/sdk' },
  { name: 'deepgram-recipe', title: "Deepgram's recipe", npm: undefined },
  { name: 'partysocket', title: 'partysocket', npm: 'partysocket' },
  { name: 'rxjs', title: 'RxJS webSocket', npm: 'rxjs' },
  { name: 'bare-ws', title: 'bare ws', npm: 'ws' },
];
