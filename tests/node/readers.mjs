// Reads cards, codes and pages with npm's parsers: one JSON request on each line of stdin, one answer on stdout.
import { createInterface } from 'node:readline'
import ICAL from 'ical.js'
import jsQR from 'jsqr'
import { mf2 } from 'microformats-parser'
import { parse } from 'vcard4'

// A property as [name, value]; names without their group.
const READERS = {
  'ical.js': ({ text }) => named(ICAL.parse(text)),
  'ical.js jcard': ({ text }) => named(new ICAL.Component(JSON.parse(text)).toJSON()),
  vcard4: ({ text }) => {
    const cards = [parse(text)].flat()
    if (cards.length !== 1) throw new Error(`${cards.length} cards`)
    return cards[0].parsedVcard.map(({ property, value }) => [property.toLowerCase(), value])
  },
  microformats: ({ html, url }) => mf2(html, { baseUrl: url }),
  jsqr: ({ pixels, width, height }) =>
    jsQR(new Uint8ClampedArray(Buffer.from(pixels, 'base64')), width, height)?.data ?? null,
}

function named([component, properties, inner]) {
  if (component !== 'vcard' || inner?.length) throw new Error(`not one card: ${component}`)
  return properties
    .filter(([name]) => name !== 'version')
    .map(([name, , , ...values]) => [name.replace(/^item\d+\./, ''), values.length === 1 ? values[0] : values])
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  let answer
  try {
    answer = { value: READERS[request.reader](request) }
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
