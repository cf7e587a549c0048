// The forward sums of strengths, made again with BigInt: from a list of interactions, one a line on stdin.
import { readFileSync } from 'node:fs'

const BITS = 62n, ROOT = 256n, ONE = 1n << ROOT
const WEIGHTS = { meeting: 100n, call: 70n, again: 60n, exchange: 40n, mail: 30n, message: 20n }

function power(base, exponent) {
  let value = ONE
  for (const bit of exponent.toString(2)) {
    value = value * value >> ROOT
    if (bit === '1') value = value * base >> ROOT
  }
  return value
}

function table(halfLife) {
  let low = ONE, high = 2n * ONE
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (power(middle, halfLife) > 2n * ONE) high = middle
    else low = middle
  }
  const found = []
  let value = ONE
  for (let n = 0; n < halfLife; n++) {
    found.push(value >> (ROOT - BITS))
    value = value * low >> ROOT
  }
  return found
}

const tables = { 90: table(90), 180: table(180) }
const grown = (day, halfLife) => tables[halfLife][day % halfLife] << BigInt(Math.floor(day / halfLife))
const sums = { frequency: 0n, incoming: 0n, outgoing: 0n }
for (const line of readFileSync(0, 'utf8').trim().split('\n')) {
  const [day, kind, direction] = line.split(' ')
  const balance = WEIGHTS[kind] * grown(Number(day), 180)
  sums.frequency += WEIGHTS[kind] * grown(Number(day), 90)
  if (direction !== 'out') sums.incoming += balance
  if (direction !== 'in') sums.outgoing += balance
}
console.log(Object.values(sums).map(sum => sum.toString(16)).join(' '))
