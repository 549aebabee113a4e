/*
 * Who may import whom: the table of the architecture, one rule a row. A test file may reach past its room; everything
 * that ships may not. `build/import-rules.test.ts` proves that each rule catches what it forbids.
 */
const test = '\\.test\\.ts$'
const npm = (...names) => `(?:^|/)node_modules/(?:${names.join('|')})/`
const engine = (...paths) => `^electron/engine/(?:${paths.join('|')})`

/** The wings of the engine, and those that stand above each: a wing imports what is below it, never what is above. */
const above = {
  state: ['records', 'clouds', 'designs', 'access', 'fleet', 'automation'],
  records: ['clouds', 'designs', 'access', 'fleet', 'automation'],
  clouds: ['designs', 'access', 'fleet', 'automation'],
  designs: ['access', 'fleet', 'automation'],
  access: ['designs', 'fleet', 'automation'],
  fleet: ['automation'],
}
/** The face of a room, of the engine, and what the files that wire a wing are called. */
const roomFaces = engine('[^/]+/[^/]+/index\\.ts$', 'clouds/index\\.ts$')
const engineFaces = engine('(?:engine|ports)\\.ts$')
const wiring = engine('[^/]+/(?:create|open)-[^/]+\\.ts$')

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment:
        'Two files that need each other are one idea, or hide a third one: move the shared part into its own file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'model-imports-zod-only',
      comment: 'shared/model describes data: it imports zod and its own files, nothing else.',
      severity: 'error',
      from: { path: '^shared/model/', pathNot: test },
      to: { pathNot: ['^shared/model/', npm('zod')] },
    },
    {
      name: 'logic-imports-model-only',
      comment:
        'shared/logic decides and does nothing: it imports shared/model and the pure libraries named here; hand in what it needs to know.',
      severity: 'error',
      from: { path: '^shared/logic/', pathNot: test },
      to: { pathNot: ['^shared/logic/', '^shared/model/', npm('ipaddr\\.js', 'jsonc-parser')] },
    },
    {
      name: 'contract-imports-model-only',
      comment: 'shared/contract is written with oRPC and zod in terms of shared/model, nothing else.',
      severity: 'error',
      from: { path: '^shared/contract/', pathNot: test },
      to: { pathNot: ['^shared/contract/', '^shared/model/', npm('@orpc/contract', 'zod')] },
    },
    {
      name: 'engine-knows-no-host',
      comment:
        'The engine knows no host, no screen and no cloud: it imports shared and itself. Take what you need as a port.',
      severity: 'error',
      from: { path: '^electron/engine/', pathNot: test },
      to: { path: ['^electron/', '^renderer/'], pathNot: '^electron/engine/' },
    },
    ...Object.entries(above).map(([wing, higher]) => ({
      name: `${wing}-imports-downwards`,
      comment: `${wing} stands below or beside ${higher.join(', ')} and engine.ts: hand in what it needs, or let what happens be read from the events.`,
      severity: 'error',
      from: { path: engine(`${wing}/`), pathNot: test },
      to: { path: engine(...higher.map((one) => `${one}/`), 'engine\\.ts$') },
    })),
    {
      name: 'automation-imports-downwards',
      comment: 'automation is the topmost wing; only engine.ts stands above it.',
      severity: 'error',
      from: { path: engine('automation/'), pathNot: test },
      to: { path: engine('engine\\.ts$') },
    },
    {
      name: 'rooms-by-their-face',
      comment: 'Import another room of the engine through its index.ts; export there what others may use.',
      severity: 'error',
      from: { path: '^electron/engine/([^/]+)/([^/]+)/', pathNot: test },
      to: {
        path: '^electron/engine/[^/]+/',
        pathNot: ['^electron/engine/$1/$2/', roomFaces],
      },
    },
    {
      name: 'clouds-imports-by-faces',
      comment: 'engine/clouds is one room: it imports other rooms through their index.ts.',
      severity: 'error',
      from: { path: engine('clouds/'), pathNot: [wiring, test] },
      to: { path: '^electron/engine/[^/]+/', pathNot: [engine('clouds/'), roomFaces] },
    },
    {
      name: 'wiring-by-faces',
      comment:
        'What wires a wing imports rooms through their index.ts, and the wiring of the wings below it; nothing else stands in the hall.',
      severity: 'error',
      from: { path: '^electron/engine/([^/]+)/[^/]+\\.ts$', pathNot: [engine('clouds/(?!create-)'), test] },
      to: {
        path: '^electron/engine/[^/]+/',
        pathNot: ['^electron/engine/$1/[^/]+\\.ts$', wiring, roomFaces],
      },
    },
    {
      name: 'engine-root-by-wiring',
      comment:
        'engine.ts puts the wings together: it imports their create- and open- files and faces of rooms.',
      severity: 'error',
      from: { path: '^electron/engine/[^/]+\\.ts$', pathNot: test },
      to: { path: '^electron/engine/[^/]+/', pathNot: [wiring, roomFaces] },
    },
    {
      name: 'engine-by-its-faces',
      comment: 'Outside of the engine, import engine.ts, ports.ts or a room’s index.ts.',
      severity: 'error',
      from: { path: '^electron/(?:(?:api|headless|cli|desktop|clouds)/|[^/]+\\.ts$)', pathNot: test },
      to: { path: '^electron/engine/', pathNot: [engineFaces, roomFaces] },
    },
    {
      name: 'clouds-import-the-port',
      comment: 'A cloud is written against the port: it imports engine/clouds/index.ts, ports.ts and shared.',
      severity: 'error',
      from: { path: '^electron/clouds/', pathNot: test },
      to: {
        path: ['^electron/', '^renderer/'],
        pathNot: ['^electron/clouds/', engine('clouds/index\\.ts$', 'ports\\.ts$')],
      },
    },
    {
      name: 'sandbox-imports-no-port',
      comment:
        'The Sandbox is a cloud to be spoken to over its protocol: it knows ports.ts and shared alone.',
      severity: 'error',
      from: { path: '^electron/clouds/sandbox/', pathNot: test },
      to: { path: '^electron/', pathNot: ['^electron/clouds/sandbox/', engine('ports\\.ts$')] },
    },
    {
      name: 'clouds-by-their-face',
      comment: 'One cloud imports another only through its index.ts.',
      severity: 'error',
      from: { path: '^electron/clouds/([^/]+)/', pathNot: test },
      to: {
        path: '^electron/clouds/',
        pathNot: ['^electron/clouds/$1/', '^electron/clouds/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'all-clouds-by-one-face',
      comment: 'A host imports the clouds through clouds/index.ts: which there are is said there.',
      severity: 'error',
      from: { path: '^electron/', pathNot: ['^electron/clouds/', test] },
      to: { path: '^electron/clouds/', pathNot: '^electron/clouds/index\\.ts$' },
    },
    {
      name: 'api-imports-engine-and-shared',
      comment: 'electron/api checks, calls the engine and returns: it knows no host and no cloud.',
      severity: 'error',
      from: { path: '^electron/api/', pathNot: test },
      to: { path: ['^electron/', '^renderer/'], pathNot: ['^electron/api/', '^electron/engine/'] },
    },
    {
      name: 'headless-imports-api-clouds-engine-shared',
      comment:
        'The headless host serves the api over the engine: no desktop, no command line, no renderer source.',
      severity: 'error',
      from: { path: '^electron/headless/', pathNot: test },
      to: {
        path: ['^electron/', '^renderer/'],
        pathNot: ['^electron/(?:headless|api|clouds|engine)/', '^electron/resources-dir\\.ts$'],
      },
    },
    {
      name: 'cli-imports-api-clouds-engine-shared',
      comment:
        'The command line is a client of the contract and starts the headless host: no desktop, no renderer source.',
      severity: 'error',
      from: { path: '^electron/cli/', pathNot: test },
      to: {
        path: ['^electron/', '^renderer/'],
        pathNot: ['^electron/(?:cli|headless|api|clouds|engine)/', '^electron/resources-dir\\.ts$'],
      },
    },
    {
      name: 'desktop-imports-no-screen',
      comment: 'The desktop host loads the built renderer, it does not import it.',
      severity: 'error',
      from: { path: '^electron/(?:desktop/|main\\.ts$|preload\\.ts$)', pathNot: test },
      to: { path: '^renderer/' },
    },
    {
      name: 'only-desktop-imports-electron',
      comment: 'Only electron/desktop, main.ts and preload.ts import electron; everything else takes a port.',
      severity: 'error',
      from: {
        path: '^(?:electron|shared|renderer)/',
        pathNot: ['^electron/(?:desktop/|main\\.ts$|preload\\.ts$)', test],
      },
      to: { path: ['^electron$', npm('electron', 'electron-store')] },
    },
    {
      name: 'renderer-imports-shared-only',
      comment:
        'The renderer reaches the engine through the contract only: it imports shared, never electron/.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: test },
      to: { path: '^electron/' },
    },
    {
      name: 'renderer-has-no-node',
      comment: 'The renderer runs in a sandboxed page: no Node module exists there.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-ships-tests',
      comment: 'What ships does not import tests or build helpers.',
      severity: 'error',
      from: { path: '^(?:electron|shared|renderer)/', pathNot: test },
      to: { path: ['^tests/', '^build/', test] },
    },
    {
      name: 'ships-from-dependencies',
      comment: 'What ships imports packages of "dependencies": the licence check and the bundles look there.',
      severity: 'error',
      from: { path: '^(?:electron|shared|renderer)/', pathNot: test },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: npm('electron'),
      },
    },
    {
      name: 'resolvable',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^electron$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:dist|dist-[^/]+|release|coverage|test-results|playwright-report)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.vue', '.d.ts'],
    },
  },
}
