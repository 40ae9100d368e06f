// The job as a program: `program.mjs URL KEY` prints the result.
import process from 'node:process';
import { job } from './job.mjs';

const [, , url = '', key = ''] = process.argv;
process.stdout.write(JSON.stringify(await job(url, key)));
