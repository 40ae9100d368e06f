/** A certificate for this machine that nobody vouches for, made on the spot: no tool is needed, and no key lies in the repository. */
import { generateKeyPairSync, sign } from 'node:crypto';

type Bytes = Uint8Array | number[];

/** Tag, length, value: all that DER is. */
function der(tag: number, ...values: Bytes[]): Buffer {
  const value = Buffer.concat(values.map((each) => Buffer.from(each)));
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

const sequence = (...values: Bytes[]) => der(0x30, ...values);
/** An object identifier whose parts after the first two are given as they are encoded. */
const oid = (...encoded: number[]) => der(0x06, encoded);
const utcTime = (ms: number) =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));

const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const ALTERNATIVE_NAME = oid(0x55, 0x1d, 0x11);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);

/** Good for an IPv4 address and `days` days; it is its own authority. */
export function selfSigned(days: number, address = [127, 0, 0, 1]): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('localhost')))));
  const now = Date.now();
  const extensions = [
    sequence(ALTERNATIVE_NAME, der(0x04, sequence(der(0x87, address)))),
    sequence(BASIC_CONSTRAINTS, der(0x04, sequence(der(0x01, [0xff])))),
  ];
  const body = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, [1]),
    ECDSA_SHA256,
    name,
    sequence(utcTime(now - 60_000), utcTime(now + days * 86_400_000)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const certificate = sequence(body, ECDSA_SHA256, der(0x03, [0], sign('sha256', body, privateKey)));
  const base64 = certificate.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
  };
}
