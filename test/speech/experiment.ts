/** A speech, transcribed once without faults, and then under each fault for comparison. */
import type { VoskHost } from '../../src/testing/index.ts';
import { type Comparison, compare, textsOf, wordsOf } from './comparison.ts';
import { BYTES_PER_SECOND, type Speech } from './recordings.ts';
import { RememberingRecogniser } from './remembering.ts';
import { type Hearing, hear, type PatientRecogniser } from './session.ts';
import { tableOf } from './table.ts';
import type { Trouble } from './troubles.ts';
import { wordErrors } from './word-errors.ts';

export class Experiment {
  readonly speech: Speech;
  readonly undisturbed: Hearing;
  readonly comparisons: Comparison[] = [];
  readonly #recogniser: PatientRecogniser;

  private constructor(speech: Speech, undisturbed: Hearing, recogniser: PatientRecogniser) {
    this.speech = speech;
    this.undisturbed = undisturbed;
    this.#recogniser = recogniser;
  }

  static async begin(speech: Speech, host: VoskHost): Promise<Experiment> {
    const { vocabulary } = speech;
    const factory = vocabulary ? host.withVocabulary(vocabulary) : host.recogniser;
    const recogniser = new RememberingRecogniser(host, factory);
    return new Experiment(speech, await hear(speech, [], recogniser), recogniser);
  }

  /** Wrong words of the undisturbed run. */
  get misheard(): number {
    return wordErrors(textsOf(wordsOf(this.undisturbed)), this.speech.spoken);
  }

  hear(trouble: Trouble): Promise<Hearing> {
    return hear(this.speech, trouble.incidents, this.#recogniser);
  }

  async suffer(trouble: Trouble): Promise<Comparison> {
    const comparison = compare(trouble, await this.hear(trouble), this.undisturbed, this.speech);
    this.comparisons.push(comparison);
    return comparison;
  }

  get table(): string {
    const { name, spoken, audio } = this.speech;
    const seconds = Math.round(audio.length / BYTES_PER_SECOND);
    const title = `${name} (${seconds} s, ${spoken.length} words, of which ${this.misheard} are misheard in peace)`;
    return `\n${tableOf(title, this.comparisons)}\n`;
  }
}
