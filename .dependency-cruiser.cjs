/*
 * Who may import whom: the table of the architecture, one rule a row. A test file may reach past its room; everything
 * that ships may not. `build/import-rules.test.ts` proves that each rule catches what it forbids.
 */
const test = '\\.test\\.ts$'
const engineFaces = '^electron/engine/(?:[^/]+/index\\.ts|[^/]+\\.ts)$'
const npm = (...names) => `(?:^|/)node_modules/(?:${names.join('|')})/`

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
        'shared/logic decides and does nothing: it imports shared/model only; hand in what it needs to know.',
      severity: 'error',
      from: { path: '^shared/logic/', pathNot: test },
      to: { pathNot: ['^shared/logic/', '^shared/model/'] },
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
        'The engine knows no host and no screen: it imports shared and itself. Take what you need as a port.',
      severity: 'error',
      from: { path: '^electron/engine/', pathNot: test },
      to: { path: ['^electron/', '^renderer/'], pathNot: '^electron/engine/' },
    },
    {
      name: 'engine-folders-by-their-face',
      comment: 'Import another engine folder through its index.ts; export there what others may use.',
      severity: 'error',
      from: { path: '^electron/engine/([^/]+)/', pathNot: test },
      to: { path: '^electron/engine/[^/]+/', pathNot: ['^electron/engine/$1/', engineFaces] },
    },
    {
      name: 'clouds-by-their-face',
      comment: 'One cloud imports another only through its index.ts.',
      severity: 'error',
      from: { path: '^electron/engine/clouds/([^/]+)/', pathNot: test },
      to: {
        path: '^electron/engine/clouds/[^/]+/',
        pathNot: ['^electron/engine/clouds/$1/', '^electron/engine/clouds/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'engine-by-its-faces',
      comment: 'Outside of the engine, import engine.ts, ports.ts or a folder’s index.ts.',
      severity: 'error',
      from: { path: '^electron/(?:(?:api|headless|cli|desktop)/|[^/]+\\.ts$)', pathNot: test },
      to: { path: '^electron/engine/', pathNot: engineFaces },
    },
    {
      name: 'engine-root-by-faces',
      comment: 'engine.ts puts services together through their folders’ index.ts.',
      severity: 'error',
      from: { path: '^electron/engine/[^/]+\\.ts$', pathNot: test },
      to: { path: '^electron/engine/', pathNot: engineFaces },
    },
    {
      name: 'api-imports-engine-and-shared',
      comment: 'electron/api checks, calls the engine and returns: it knows no host.',
      severity: 'error',
      from: { path: '^electron/api/', pathNot: test },
      to: { path: ['^electron/', '^renderer/'], pathNot: ['^electron/api/', '^electron/engine/'] },
    },
    {
      name: 'headless-imports-api-engine-shared',
      comment:
        'The headless host serves the api over the engine: no desktop, no command line, no renderer source.',
      severity: 'error',
      from: { path: '^electron/headless/', pathNot: test },
      to: {
        path: ['^electron/', '^renderer/'],
        pathNot: [
          '^electron/headless/',
          '^electron/api/',
          '^electron/engine/',
          '^electron/resources-dir\\.ts$',
        ],
      },
    },
    {
      name: 'cli-imports-api-engine-shared',
      comment:
        'The command line is a client of the contract and starts the headless host: no desktop, no renderer source.',
      severity: 'error',
      from: { path: '^electron/cli/', pathNot: test },
      to: {
        path: ['^electron/', '^renderer/'],
        pathNot: [
          '^electron/cli/',
          '^electron/headless/',
          '^electron/api/',
          '^electron/engine/',
          '^electron/resources-dir\\.ts$',
        ],
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
