/** Converts answers of the scripts to the port's types. */
import type { Lease, Opened, Published, StoredAudio, StoredBlock, StoredSession } from '../audio-store.ts';

/** Texts come as bytes. Errors are parts of answers. */
export type Reply = Buffer | string | number | null | Error | readonly Reply[];

export const listOf = (reply: Reply | undefined): readonly Reply[] =>
  Array.isArray(reply) ? (reply as readonly Reply[]) : [];
export const textOf = (reply: Reply | undefined): string => String(reply ?? '');
export const numberOf = (reply: Reply | undefined): number => Number(textOf(reply));

function jsonOf(reply: Reply | undefined): StoredSession['state'] {
  return reply === null || reply === undefined
    ? undefined
    : (JSON.parse(textOf(reply)) as StoredSession['state']);
}

/** Epoch and session. */
export function openedOf(id: string, holder: string, [epoch, known]: readonly Reply[]): Opened {
  const [description, state, confirmed, end, finals, requests, doneRequest, isEnded] = listOf(known);
  const lease: Lease = { id, holder, epoch: numberOf(epoch) };
  return {
    lease,
    session: {
      description: jsonOf(description) ?? null,
      state: jsonOf(state),
      confirmed: numberOf(confirmed ?? 0),
      end: numberOf(end ?? 0),
      finals: numberOf(finals ?? 0),
      requests: numberOf(requests ?? 0),
      doneRequest: numberOf(doneRequest ?? 0),
      isEnded: textOf(isEnded) === '1',
    },
  };
}

export function audioOf([end, confirmed, blocks, requests]: readonly Reply[]): StoredAudio {
  return {
    blocks: listOf(blocks).map(blockOf),
    end: numberOf(end),
    confirmed: numberOf(confirmed),
    requests: listOf(requests).map((each) => JSON.parse(textOf(each)) as StoredAudio['requests'][number]),
  };
}

/** The id is the end. */
function blockOf(entry: Reply): StoredBlock {
  const [id, fields] = listOf(entry);
  const [, position, , capturedAt, , bytes] = listOf(fields);
  return {
    position: numberOf(position),
    end: Number.parseInt(textOf(id), 10),
    bytes: bytes as Buffer,
    capturedAt: textOf(capturedAt) === '' ? undefined : numberOf(capturedAt),
  };
}

export function publishedOf([finals, shown, isEnded]: readonly Reply[]): Published {
  return {
    finals: listOf(finals).map((entry) => {
      const [id, fields] = listOf(entry);
      const [, channel, , end, , data] = listOf(fields);
      return {
        seq: Number.parseInt(textOf(id), 10),
        channel: numberOf(channel),
        end: numberOf(end),
        data: JSON.parse(textOf(data)) as Published['finals'][number]['data'],
      };
    }),
    shown: jsonOf(shown),
    isEnded: textOf(isEnded) === '1',
  };
}
