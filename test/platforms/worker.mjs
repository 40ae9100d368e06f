// The job as a Worker: a request with `url` and `key` answers with the result.
import { job } from './job.mjs';

export default {
  /** @param {Request} request */
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    return Response.json(await job(searchParams.get('url') ?? '', searchParams.get('key') ?? ''));
  },
};
