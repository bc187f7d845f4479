import { readdirSync, readFileSync } from 'node:fs'
import { COMMANDS } from '@tracedesk/contracts'
import { expect, test } from 'vitest'

/** Commands that people give elsewhere than in the console, and where. */
const ELSEWHERE: Record<string, string> = {
  'consent.give': 'the customer, by a button of the bot',
  'consent.withdraw': 'the customer, by a button of the bot',
  'import.delete_mapping': 'the API',
  'ledger.rotate_key': 'the command line, beside the signer',
}

const SOURCE = new URL('../src/', import.meta.url)
const code = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter(path => /[.]tsx?$/.test(path))
  .map(path => readFileSync(new URL(path, SOURCE), 'utf8'))
  .join('\n')

test('every command has its screen, or is named here with the place it has', () => {
  const given = Object.values(COMMANDS)
    .filter(command => command.access !== 'internal')
    .map(({ name }) => name as string)
  const missing = given.filter(name => !code.includes(`'${name}'`))
  expect(missing.sort()).toEqual(Object.keys(ELSEWHERE).sort())
})
