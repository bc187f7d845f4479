import { SaxesParser } from 'saxes'

interface Node {
  readonly name: string
  readonly values: Readonly<Record<string, string>>
  readonly children: Node[]
}

const NC_NAME = /^[\p{L}_][\p{L}\p{N}._\-\u00b7]*$/u
const NAME = /^[\p{L}_:][\p{L}\p{N}._:\-\u00b7]*$/u
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const INSTANT = /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/
const isLong = (value: string) =>
  /^[+-]?\d+$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)

/** What the value of each kind of attribute looks like. */
const VALUES: Readonly<Record<string, (value: string) => boolean>> = {
  string: () => true,
  date: value => INSTANT.test(value) && !Number.isNaN(Date.parse(value)),
  int: isLong,
  float: value => value.trim() !== '' && (/^(-?INF|NaN)$/.test(value) || !Number.isNaN(Number(value))),
  boolean: value => /^(true|false|0|1)$/.test(value),
  id: value => UUID.test(value),
}
/** Keys of the standard's own extensions that we use: where they may stand, and as what kind of attribute. */
const STANDARD: Readonly<Record<string, readonly [kind: string, ...components: string[]]>> = {
  'concept:name': ['string', 'log', 'trace', 'event'],
  'concept:instance': ['string', 'event'],
  'lifecycle:model': ['string', 'log'],
  'lifecycle:transition': ['string', 'event'],
  'org:resource': ['string', 'event'],
  'org:role': ['string', 'event'],
  'org:group': ['string', 'event'],
  'time:timestamp': ['date', 'event'],
  'identity:id': ['id', 'log', 'trace', 'event'],
}
const EXTENSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  ['concept', 'lifecycle', 'org', 'time', 'identity'].map(prefix => [
    prefix,
    `http://www.xes-standard.org/${prefix}.xesext`,
  ]),
)
const ORDER: Readonly<Record<string, readonly string[]>> = {
  log: ['extension', 'global', 'classifier', 'attribute', 'trace', 'event'],
  trace: ['attribute', 'event'],
  event: ['attribute'],
}

/**
 * What IEEE 1849-2016 asks of an XML log that ours breaks, each fault once; nothing for a valid one. Rules: the schema's
 * elements, their order and the types of their values; keys once in a component; extensions declared for their keys;
 * keys of the standard's extensions where and as what they belong; classifiers over declared globals only.
 */
export function findXesFaults(xml: string): string[] {
  const log = readTree(xml)
  if (log.name !== 'log') return [`the root is ${log.name}`]
  const faults = new Set<string>()
  const say = (holds: boolean | undefined, fault: string) => holds || faults.add(fault)
  say(log.values.xmlns === 'http://www.xes-standard.org/', 'the namespace is another')
  say(/^\d+(\.\d+)?$/.test(log.values['xes.version'] ?? ''), 'xes.version is no decimal')
  const of = (name: string) => log.children.filter(each => each.name === name)
  const prefixes = new Set(of('extension').map(({ values }) => values.prefix))
  for (const { values } of of('extension')) {
    say(
      NC_NAME.test(values.name ?? '') && NC_NAME.test(values.prefix ?? ''),
      'an extension has no proper name',
    )
    say(EXTENSIONS[values.prefix ?? ''] === values.uri, `extension ${values.prefix} is not the standard's`)
  }
  const globals = new Map<string, Node[]>()
  for (const { values, children } of of('global')) {
    const scope = values.scope ?? 'event'
    say(['trace', 'event'].includes(scope) && !globals.has(scope), `global of scope ${scope}`)
    globals.set(scope, children)
  }
  for (const { values } of of('classifier')) {
    say(NC_NAME.test(values.name ?? ''), `classifier name ${values.name}`)
    for (const key of (values.keys ?? '').split(' '))
      say(
        globals.get(values.scope ?? 'event')?.some(each => each.values.key === key),
        `classifier ${values.name} over ${key}, which is not declared`,
      )
  }
  for (const [scope, declared] of globals)
    for (const each of declared) checkAttribute(each, scope, prefixes, say)
  checkComponent(log, prefixes, say)
  return [...faults]
}

type Say = (holds: boolean | undefined, fault: string) => unknown

function checkComponent(node: Node, prefixes: ReadonlySet<string | undefined>, say: Say): void {
  const order = ORDER[node.name] ?? []
  const keys = new Set<string>()
  let reached = 0
  for (const child of node.children) {
    const isAttribute = child.name in VALUES
    const place = order.indexOf(isAttribute ? 'attribute' : child.name)
    say(place >= 0, `${child.name} in ${node.name}`)
    say(place >= reached, `${child.name} stands too late in ${node.name}`)
    reached = Math.max(reached, place)
    if (isAttribute) {
      const { key = '' } = child.values
      say(!keys.has(key), `${key} twice in ${node.name}`)
      keys.add(key)
      checkAttribute(child, node.name, prefixes, say)
    } else if (child.name in ORDER) checkComponent(child, prefixes, say)
  }
}

function checkAttribute(
  { name, values, children }: Node,
  component: string,
  prefixes: ReadonlySet<string | undefined>,
  say: Say,
): void {
  const { key = '', value } = values
  say(NAME.test(key), `key ${key}`)
  say(value !== undefined && VALUES[name]?.(value), `value of ${name} ${key}`)
  say(children.length === 0, `${key} has attributes of its own, which is a feature we do not name`)
  if (!key.includes(':')) return
  const [kind, ...components] = STANDARD[key] ?? []
  say(prefixes.has(key.split(':')[0]), `${key} without its extension`)
  say(kind === name && components.includes(component), `${name} ${key} of ${component}`)
}

/** Throws when it is not well-formed. */
function readTree(xml: string): Node {
  const parser = new SaxesParser({ xmlns: false })
  const root: Node = { name: '', values: {}, children: [] }
  const path = [root]
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const node: Node = { name, values: attributes, children: [] }
    path.at(-1)?.children.push(node)
    path.push(node)
  })
  parser.on('closetag', () => void path.pop())
  parser.on('text', text => {
    if (text.trim() !== '') throw new Error(`text between tags: ${text}`)
  })
  parser.write(xml).close()
  return root.children[0] ?? root
}
