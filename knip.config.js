/*
 * What nothing uses goes. `knip` looks at everything; `knip --production` follows what ships alone (marked with "!"), so that
 * what only tests use is found: there an export may serve its own file and a test.
 */
const isProduction = process.argv.includes('--production')

/** @type {import('knip').KnipConfig} */
export default {
  entry: [
    'electron/main.ts!',
    'electron/preload.ts!',
    'electron/cli/main.ts!',
    'build/*.mjs',
    'build/{bundle,dev}.ts',
    'tests/bench/{run,memory-host,*.bench}.ts',
    'tests/support/*-{child,process}.ts',
    'tests/support/electron-stand-in/{register.mjs,electron.ts}',
  ],
  project: ['{electron,renderer,shared}/**/*.{ts,vue}!', '{build,tests}/**/*.{ts,mjs}', '!**/*.test.ts!'],
  ignoreExportsUsedInFile: isProduction,
  // Started by path: the compilers, the linter of pages, the packager.
  ignoreDependencies: ['axe-core', 'electron-builder', 'vue-tsc', 'app-builder-lib'],
  ignoreBinaries: ['unshare', 'linux.uml'],
}
