// Reads cards, codes and pages with npm's parsers: one JSON request on each line of stdin, one answer on stdout.
import { createInterface } from 'node:readline'
import ICAL from 'ical.js'
import jsQR from 'jsqr'
import { mf2 } from 'microformats-parser'
import vcardParser from 'vcard-parser'
import { parse } from 'vcard4'
import { parseVCards } from 'vcard4-ts'
import vcf from 'vcf'

// A property as [name, value]; names without their group.
const READERS = {
  'ical.js': ({ text }) => named(ICAL.parse(text)),
  'ical.js jcard': ({ text }) => named(new ICAL.Component(JSON.parse(text)).toJSON()),
  vcard4: ({ text }) => {
    const cards = [parse(text)].flat()
    if (cards.length !== 1) throw new Error(`${cards.length} cards`)
    return cards[0].parsedVcard.map(({ property, value }) => [property.toLowerCase(), value])
  },
  'vcard4-ts': ({ text }) => {
    const { vCards, nags } = parseVCards(text)
    if (vCards?.length !== 1) throw new Error(`not one card: ${JSON.stringify(nags)}`)
    const { BEGIN, END, VERSION, nags: refused, x, ...known } = vCards[0]
    const properties = Object.entries({ ...known, ...x })
    return properties.flatMap(([name, found]) =>
      [found].flat().map(({ value }) => [name.toLowerCase().replaceAll('_', '-'), flat(value)]))
  },
  'vcard-parser': ({ text }) =>
    Object.entries(vcardParser.parse(text)).flatMap(([name, found]) =>
      found.map(({ value }) => [name.toLowerCase(), value])),
  vcf: ({ text }) => {
    const [card, ...more] = vcf.parse(text)
    if (more.length) throw new Error('more than one card')
    // It has names in camel case.
    return Object.values(card.data).flat().map(each =>
      [each._field.replace(/[A-Z]/g, letter => `-${letter}`).toLowerCase(), each._data])
  },
  microformats: ({ html, url }) => mf2(html, { baseUrl: url }),
  jsqr: ({ pixels, width, height }) =>
    jsQR(new Uint8ClampedArray(Buffer.from(pixels, 'base64')), width, height)?.data ?? null,
}

// Values of a structured property in the order of the file.
function flat(value) {
  if (Array.isArray(value)) return value
  return value && typeof value === 'object' ? Object.values(value).map(parts => [parts].flat().join(',')) : value
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
