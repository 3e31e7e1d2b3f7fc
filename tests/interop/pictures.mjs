// Makes an SVG of each docs/pictures/*.dot with Graphviz (@viz-js/viz), in the colours of a light and of a dark page,
// and the packages' icon.png of icon.svg (@resvg/resvg-js).
//
//   node pictures.mjs            writes them
//   node pictures.mjs --check    writes nothing, and fails where one is not what its text says
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { instance } from '@viz-js/viz'
import { Resvg } from '@resvg/resvg-js'

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))

// What the texts don't say themselves. Words are laid out a tenth larger than they are drawn: not every reader's font is as narrow as Helvetica.
const [laidOut, drawnAs] = ['12.00', '11.00']
const font = { fontname: 'Helvetica', fontsize: laidOut }
const graphAttributes = { ...font, bgcolor: 'transparent', pad: 0.2, ranksep: 0.6, nodesep: 0.35 }
const nodeAttributes = { ...font, shape: 'box', style: 'rounded', margin: '0.18,0.09' }
const edgeAttributes = { ...font, arrowsize: 0.7 }

// A picture has a ground of its own: a page may be dark where the system is light, and the other way round.
const style = `<style>
  svg { --ground: #ffffff; --ink: #24292f; --soft: #57606a; --line: #8c959f; --fill: #f6f8fa; --good: #dafbe1; --bad: #cf222e; --own: #ddf4ff }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #0d1117; --ink: #e6edf3; --soft: #9ea7b3; --line: #6e7681; --fill: #161b22; --good: #12381f; --bad: #ff7b72; --own: #0c2d4d }
  }
  .ground { fill: var(--ground) }
  text { font-family: Helvetica, Arial, sans-serif; fill: var(--ink) }
  .edge text { fill: var(--soft) }
  .node path, .node polygon, .node ellipse { fill: var(--fill); stroke: var(--line) }
  .active path, .active polygon { fill: var(--good) }
  .internal path, .internal polygon { fill: var(--own) }
  .start ellipse { fill: var(--ink) }
  .gone path, .gone polygon { stroke-dasharray: 4 3 }
  .edge path { stroke: var(--line); fill: none }
  .edge polygon { stroke: var(--line); fill: var(--line) }
  .leaves path { stroke-dasharray: 5 3 }
  .refused path, .refused polygon { stroke: var(--bad) }
  .refused polygon { fill: var(--bad) }
  .refused text { fill: var(--bad) }
  .cluster path, .cluster polygon { fill: none; stroke: var(--line); stroke-dasharray: 2 3 }
  .cluster text { fill: var(--soft) }
</style>
<rect class="ground" width="100%" height="100%"/>`

const viz = await instance()
const draw = (text) => {
  const svg = viz.renderString(text, { format: 'svg', graphAttributes, nodeAttributes, edgeAttributes })
  const from = svg.indexOf('<svg')
  const end = svg.indexOf('>', from) + 1
  // Of Graphviz's own: no document type, and no comments, which have its version.
  return (svg.slice(from, end) + '\n' + style + svg.slice(end))
    .replace(/\n<!--[\s\S]*?-->/g, '')
    .replace(/<title>[^<]*<\/title>\n/g, '')
    .replace(/&#45;/g, '-')
    .replaceAll(`font-size="${laidOut}"`, `font-size="${drawnAs}"`)
}

const rasterize = (svg) => new Resvg(svg).render().asPng()

const pictures = readdirSync(folder)
  .filter((name) => name.endsWith('.dot'))
  .sort()
  .map((source) => ({ source, picture: source.replace(/\.dot$/, '.svg'), make: (text) => Buffer.from(draw(text)) }))
pictures.push({ source: 'icon.svg', picture: 'icon.png', make: rasterize })

// A checkout on Windows may end its lines in its own way.
const read = (name) => (name.endsWith('.png') ? readFileSync(folder + name) : Buffer.from(readFileSync(folder + name, 'utf8').replace(/\r\n/g, '\n')))

let stale = 0
for (const { source, picture, make } of pictures) {
  const made = make(read(source).toString('utf8'))
  if (process.argv[2] !== '--check') {
    writeFileSync(folder + picture, made)
    console.log(picture)
    continue
  }

  let current = Buffer.alloc(0)
  try {
    current = read(picture)
  } catch {
    // There is none.
  }
  if (!made.equals(current)) {
    stale++
    console.error(`${picture} is not what ${source} says: node tests/interop/pictures.mjs`)
  }
}
process.exitCode = stale ? 1 : 0
