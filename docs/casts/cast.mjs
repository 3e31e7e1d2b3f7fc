// node cast.mjs TIMING OUT CAST: what script(1) logged, as asciicast v2. Pauses longer than a second are cut to one, and what follows within a tenth of one is one piece.
import { readFileSync, writeFileSync } from 'node:fs'

const [timing, out, cast] = process.argv.slice(2)
const log = readFileSync(out)
let at = log.indexOf(10) + 1 // Behind the first line, in which script says when it began.
let time = 0
const decoder = new TextDecoder('utf-8')
const pieces = []
for (const line of readFileSync(timing, 'utf8').trim().split('\n')) {
  const [delay, bytes] = line.split(' ').map(Number)
  time += Math.min(delay, 1)
  const text = decoder.decode(log.subarray(at, (at += bytes)), { stream: true })
  const last = pieces.at(-1)
  if (last && time - last[0] < 0.1) last[2] += text
  else pieces.push([Number(time.toFixed(3)), 'o', text])
}

writeFileSync(cast, [{ version: 2, width: 100, height: 32, title: 'A first session' }, ...pieces].map((one) => JSON.stringify(one)).join('\n') + '\n')
console.log(`${pieces.length} pieces, ${time.toFixed(1)} s`)
