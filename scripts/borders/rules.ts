/** One rule about imports, in dependency-cruiser's words; its comment says what to do instead. */
export interface BorderRule {
  readonly name: string
  readonly comment: string
  readonly severity: 'error'
  readonly from: object
  readonly to: object
}

/** From the one that knows nobody to the one that knows all: each may import only those before it. */
const LAYERS = ['kernel', 'db', 'ledger', 'work', 'command', 'modules', 'edges', 'demo'] as const

const TESTS = '([.]test[.]tsx?$)|(^server/test/)|(^web/test/)|(^packages/[^/]+/test/)'

const rule = (name: string, comment: string, from: object, to: object): BorderRule => ({
  name,
  comment,
  severity: 'error',
  from,
  to,
})

const layers = LAYERS.slice(0, -1).map((layer, index) =>
  rule(
    `${layer}-looks-up-only`,
    `${layer}/ may import only ${['packages', ...LAYERS.slice(0, index)].join(', ')}. Move what both need up, or let main.ts hand it in.`,
    { path: `^server/src/${layer}/`, pathNot: TESTS },
    { path: `^server/src/(${LAYERS.slice(index + 1).join('|')})/` },
  ),
)

export const BORDER_RULES: readonly BorderRule[] = [
  ...layers,
  rule(
    'nobody-imports-main',
    'main.ts wires everybody together. Move what you need out of it, into the layer it belongs to.',
    {},
    { path: '^server/src/(demo/)?main[.]ts$' },
  ),
  rule(
    'modules-by-the-front-door',
    'Import the module’s index.ts; if what you need is not offered there, offer it on purpose.',
    { path: '^server/src/modules/([^/]+)/' },
    { path: '^server/src/modules/', pathNot: '^server/src/modules/($1/|[^/]+/index[.]ts$)' },
  ),
  rule(
    'visitors-use-the-front-door',
    'From outside, import the module’s index.ts; if what you need is not offered there, offer it on purpose.',
    { path: '^(server|scripts|bench|bin)/', pathNot: '^server/src/modules/' },
    { path: '^server/src/modules/[^/]+/', pathNot: '^server/src/modules/[^/]+/index[.]ts$' },
  ),
  rule(
    'team-knows-nobody',
    'team is the module all others stand on. React to its events in the other module instead.',
    { path: '^server/src/modules/team/', pathNot: TESTS },
    { path: '^server/src/modules/', pathNot: '^server/src/modules/team/' },
  ),
  rule(
    'conversations-knows-only-team',
    'conversations may import team. Let the other module react to the events of conversations instead.',
    { path: '^server/src/modules/conversations/', pathNot: TESTS },
    { path: '^server/src/modules/', pathNot: '^server/src/modules/(team|conversations)/' },
  ),
  rule(
    'modules-react-to-events',
    'A module may import team, conversations and holds, no other. React to the other’s events, or take a small interface that main.ts hands in.',
    {
      path: '^server/src/modules/([^/]+)/',
      pathNot: `${TESTS}|^server/src/modules/(team|conversations|holds)/`,
    },
    { path: '^server/src/modules/', pathNot: '^server/src/modules/($1|team|conversations|holds)/' },
  ),
  rule(
    'holds-know-only-the-desk',
    'Whatever destroys asks holds, so holds may import only team and conversations.',
    { path: '^server/src/modules/holds/', pathNot: TESTS },
    { path: '^server/src/modules/', pathNot: '^server/src/modules/(holds|team|conversations)/' },
  ),
  rule(
    'proof-depends-on-nothing',
    'Whoever checks us must need nothing else. Write it in packages/proof, or hand it in as a parameter.',
    { path: '^packages/proof/src/', pathNot: TESTS },
    { pathNot: '^packages/proof/src/', dependencyTypesNot: ['core'] },
  ),
  rule(
    'proof-runs-in-browsers',
    'What only Node offers belongs in packages/proof/src/node.ts; the rest also runs in a browser.',
    { path: '^packages/proof/src/', pathNot: `${TESTS}|^packages/proof/src/node[.]ts$` },
    { dependencyTypes: ['core'] },
  ),
  rule(
    'contracts-are-schemas-only',
    'packages/contracts holds schemas and needs only zod. Code belongs in the server or the web.',
    { path: '^packages/contracts/src/', pathNot: TESTS },
    { pathNot: '^packages/contracts/src/|node_modules/zod/' },
  ),
  rule(
    'web-imports-only-packages',
    'The console knows the server by its contract. Put what both need into packages/contracts.',
    { path: '^web/src/' },
    { path: '^(server|scripts|bench|bin)/' },
  ),
  rule(
    'server-knows-no-web',
    'The server serves the built console as files. Put what both need into packages/contracts.',
    { path: '^(server|packages)/', pathNot: TESTS },
    { path: '^web/' },
  ),
  rule(
    'features-never-meet',
    'Move the shared piece to web/src/shared, or compose the two in a page of web/src/app.',
    { path: '^web/src/features/([^/]+)/' },
    { path: '^web/src/features/', pathNot: '^web/src/features/$1/' },
  ),
  rule(
    'shared-serves-all',
    'shared/ and i18n/ know no feature and no page. Take what differs as a property.',
    { path: '^web/src/(shared|i18n)/' },
    { path: '^web/src/(app|features)/' },
  ),
  rule(
    'tests-stay-outside',
    'Only tests import tests and their support. Move what the program needs into the program.',
    { path: '^(server|web|packages/[^/]+)/src/', pathNot: TESTS },
    { path: TESTS },
  ),
  rule(
    'no-cycles',
    'Files that import each other are one idea or need a third. Split off what both need.',
    {},
    { circular: true },
  ),
  rule(
    'imports-lead-somewhere',
    'This import leads nowhere. Correct the path, or add the package to the workspace.',
    {},
    { couldNotResolve: true, pathNot: '[?]|^virtual:' },
  ),
]
