import vue from 'eslint-plugin-vue'
import globals from 'globals'
import tseslint from 'typescript-eslint'

const tests = ['**/*.test.ts', 'tests/**/*.ts']

/** @param {string} selector @param {string} message */
const restrict = (selector, message) => ({ selector, message })

const everywhere = [
  restrict(
    "CallExpression[callee.object.name='process'][callee.property.name='exit']",
    'Set process.exitCode and let what is running end; only an entry file may exit.',
  ),
  restrict('TSNonNullAssertion', 'Check for undefined and say what happens then; `!` only hides the case.'),
]

const throughTheLog = restrict(
  "CallExpression[callee.object.name='console']",
  'Write to the log that the host gives (ports.log); only the command line prints.',
)

const pureTime = [
  restrict(
    "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    'Take the time from the Clock port (clock.now()), so that a test can drive it.',
  ),
  restrict(
    "NewExpression[callee.name='Date'][arguments.length=0]",
    'Take the time from the Clock port (new Date(clock.now())), so that a test can drive it.',
  ),
  restrict(
    "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    'Use randomUUID, randomBytes or randomInt of node:crypto in the engine; in shared/logic take the number as an argument.',
  ),
  restrict(
    'CallExpression[callee.name=/^set(Timeout|Interval)$/]',
    'Wait with the Clock port (clock.sleep(ms, signal)), so that a test can drive it and a stop ends it.',
  ),
]

const shippedFiles = restrict(
  "MetaProperty[meta.name='import'][property.name='meta']",
  'A bundle has other folders: take resourcesDir from the ports (electron/resources-dir.ts knows where it is).',
)

/** @param {string} project */
const typesFrom = (project) => ({ project, tsconfigRootDir: import.meta.dirname })

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'dist/',
      'dist-*/',
      'release/',
      'coverage/',
      'test-results/',
      'playwright-report/',
      'resources/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,vue}'],
    extends: [...tseslint.configs.strictTypeChecked],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      'no-constant-binary-expression': 'error',
      'no-control-regex': 'error',
      'no-empty': 'error',
      'no-eval': 'error',
      'no-fallthrough': 'error',
      'no-new-func': 'error',
      'no-param-reassign': 'error',
      'no-self-compare': 'error',
      'no-unreachable-loop': 'error',
      'no-useless-escape': 'error',
      'no-restricted-syntax': ['error', ...everywhere, throughTheLog],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Of the types that oRPC computes, many are {} for good reason.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // It does not see that a field may change during an await.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': [
        'error',
        { allowThrowingAny: false, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
    },
  },
  ...vue.configs['flat/recommended'],
  { files: ['**/*.ts'], languageOptions: { parserOptions: typesFrom('tsconfig.lint.json') } },
  {
    files: ['**/*.vue'],
    languageOptions: {
      parserOptions: {
        parser: tseslint.parser,
        ...typesFrom('renderer/tsconfig.json'),
        extraFileExtensions: ['.vue'],
      },
      globals: globals.browser,
    },
    rules: {
      'vue/attributes-order': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/component-name-in-template-casing': ['error', 'PascalCase'],
      'vue/define-macros-order': 'error',
      'vue/html-indent': 'off',
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/valid-v-slot': ['error', { allowModifiers: true }],
    },
  },
  {
    // The type of an imported component is known to vue-tsc only; here it is `any`.
    files: ['renderer/**/*.{ts,vue}'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['shared/logic/**/*.ts', 'electron/engine/**/*.ts'],
    ignores: [...tests, 'electron/engine/**/*clock*.ts', 'electron/engine/ports.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...everywhere, throughTheLog, ...pureTime, shippedFiles],
    },
  },
  {
    // Wiring shows what stands on what: nothing is used before it is made, in a closure neither.
    files: ['electron/engine/engine.ts', 'electron/engine/*/{create,open}-*.ts'],
    rules: {
      '@typescript-eslint/no-use-before-define': [
        'error',
        { functions: false, classes: true, variables: true },
      ],
    },
  },
  {
    files: ['electron/**/*.ts'],
    ignores: [...tests, 'electron/engine/**', 'electron/resources-dir.ts', 'electron/cli/**'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, throughTheLog, shippedFiles] },
  },
  {
    files: ['electron/cli/**/*.ts', 'build/**/*.ts', 'tests/bench/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere] },
  },
  {
    files: ['electron/main.ts', 'electron/cli/main.ts'],
    rules: { 'no-restricted-syntax': ['error', throughTheLog] },
  },
  {
    files: tests,
    rules: {
      'no-restricted-syntax': ['error', throughTheLog],
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.{mjs,cjs,js}'],
    languageOptions: { globals: globals.node },
    rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error', 'object-shorthand': 'error' },
  },
)
