/* Proof of work for a form: find a number that, hashed with the mark of the page, begins with
   enough zero bits. SHA-256 of our own, because browsers offer theirs on secure pages only, and
   one promise at a time. */
const PRIMES = primes(64);
const K = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const w = new Int32Array(64);

function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}

function fraction(number) {
  return ((number - Math.floor(number)) * 2 ** 32) | 0;
}

const turned = (x, n) => (x >>> n) | (x << (32 - n));

/* The first 32 bits of the hash of some bytes. */
export function firstBits(bytes) {
  const blocks = ((bytes.length + 8) >> 6) + 1;
  const padded = new Uint8Array(blocks * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  let state = START;
  for (let block = 0; block < blocks; block++) state = mixed(state, view, block * 64);
  return state[0] >>> 0;
}

function mixed(state, view, at) {
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
  for (let i = 16; i < 64; i++) {
    const [p, q] = [w[i - 15], w[i - 2]];
    const s0 = turned(p, 7) ^ turned(p, 18) ^ (p >>> 3);
    const s1 = turned(q, 17) ^ turned(q, 19) ^ (q >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  return [a, b, c, d, e, f, g, h].map((x, i) => (x + state[i]) | 0);
}

/* The number, as text. Pauses now and then, so that the page stays alive. */
export async function work(mark, bits) {
  const text = new TextEncoder();
  for (let number = 0; ; number++) {
    if (firstBits(text.encode(`${mark}:${number}`)) >>> (32 - bits) === 0) return String(number);
    if (number % 2000 === 1999) await new Promise((done) => setTimeout(done));
  }
}
