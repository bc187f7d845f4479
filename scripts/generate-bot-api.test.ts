import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { BOT_API_SOURCE, BOT_API_TARGET, compactBotApi, generateBotApi } from './generate-bot-api.ts'

const present = existsSync(BOT_API_SOURCE)
if (!present) console.warn(`SKIPPED: ${BOT_API_SOURCE} is absent, the generated Bot API cannot be compared`)

test.skipIf(!present)('the committed Bot API description equals a fresh generation', async () => {
  expect(await readFile(BOT_API_TARGET, 'utf8')).toBe(await generateBotApi())
})

test('constants are taken from the description of discriminating fields only', () => {
  const field = (name: string, description: string) => ({
    name,
    types: ['String'],
    required: true,
    description,
  })
  const text = compactBotApi({
    version: 'v',
    release_date: 'd',
    methods: {},
    types: {
      Shape: { subtypes: ['Circle'] },
      Circle: {
        subtype_of: ['Shape'],
        fields: [field('type', 'Type of the shape, must be *circle*'), field('name', 'always "x"')],
      },
    },
  })
  expect(JSON.parse(text)).toEqual({
    version: 'v',
    released: 'd',
    methods: {},
    types: { Circle: { type: '=circle!', name: 'String!' } },
    unions: { Shape: ['Circle'] },
  })
})
