import { ImportMapping } from '@tracedesk/contracts'
import { expect, test } from 'vitest'
import { guessTimeFormat } from '../src/features/imports/guess-times.ts'
import { delimiterOf, draftOf, formatOf, mappingOf, proposeDraft } from '../src/features/imports/mapping.ts'

test('how times are written is told from the first rows', () => {
  expect(guessTimeFormat(['2020-05-13T13:14:24Z', '2020-05-13 13:14:24.250+02:00'])).toBe('iso')
  expect(guessTimeFormat(['2013/03/31 01:30:00.250'])).toBe('YYYY/MM/DD HH:mm:ss.SSS')
  expect(guessTimeFormat(['05.07.2021 10:00', '31.07.2021 09:00'])).toBe('DD.MM.YYYY HH:mm')
  expect(guessTimeFormat(['05/07/2021 10:00', '05/31/2021 09:00'])).toBe('MM/DD/YYYY HH:mm')
  expect(guessTimeFormat(['1589375664'])).toBe('unix_seconds')
  expect(guessTimeFormat(['1589375664123', ''])).toBe('unix_millis')
  expect(guessTimeFormat([])).toBe('iso')
  expect(guessTimeFormat(['yesterday'])).toBe('iso')
})

test('format and delimiter are told from the name and the first line', () => {
  expect(['log.xes.gz', 'LOG.XES', 'a.jsonl', 'a.csv', 'a'].map(formatOf)).toEqual([
    'xes',
    'xes',
    'tracedesk-ndjson',
    'csv',
    'csv',
  ])
  expect(delimiterOf('a;b;c,d\n1,2,3,4,5,6')).toBe(';')
  expect(delimiterOf('a\tb\n')).toBe('\t')
})

const ROWS = [{ values: { 'Case ID': '1', 'Complete Timestamp': '2013/03/31 01:30:00.250' } }]

test('columns of the Italian help desk and of an XES log are recognised', () => {
  const about = { format: 'csv', delimiter: ',' } as const
  const draft = proposeDraft(
    ['Case ID', 'Activity', 'Resource', 'Complete Timestamp', 'customer'],
    ROWS,
    about,
  )
  expect(mappingOf(draft)).toMatchObject({
    at: { column: 'Complete Timestamp', format: 'YYYY/MM/DD HH:mm:ss.SSS' },
    event: { column: 'Activity' },
    conversation: { column: 'Case ID' },
    actorKey: { column: 'Resource' },
    customer: { column: 'customer' },
  })
  const xes = ['case:concept:name', 'org:resource', 'time:timestamp', 'concept:name', 'lifecycle:transition']
  expect(mappingOf(proposeDraft(xes, [], { format: 'xes', delimiter: ',' }))).toMatchObject({
    at: { column: 'time:timestamp', format: 'iso' },
    event: { column: 'concept:name' },
    conversation: { column: 'case:concept:name' },
    actorKey: { column: 'org:resource' },
  })
})

test('a mapping that lacks something needed is none yet', () => {
  expect(mappingOf(proposeDraft(['Words'], [], { format: 'csv', delimiter: ',' }))).toBeNull()
})

test('a kept mapping comes out of the editor as it went in', () => {
  const kept = ImportMapping.parse({
    format: 'csv',
    csv: { delimiter: ';', encoding: 'windows-1251' },
    at: { column: 'When', format: 'DD.MM.YYYY HH:mm', zone: 'Europe/Riga' },
    event: { column: 'What', values: { Asked: 'message.received', 'a = b': 'message.sent' } },
    eventPrefix: 'ticket',
    conversation: { column: 'Ticket' },
    customer: { column: 'Client', ifEmpty: 'nobody' },
    actorKind: { column: 'What', values: { Asked: 'customer' }, ifEmpty: 'system' },
    actorKey: { column: 'Who' },
    department: { value: 'Old desk' },
    data: { level: { column: 'Level', values: { 1: 'low' } }, from: { value: 'old desk' } },
  })
  const draft = draftOf(kept)
  expect(draft && mappingOf(draft)).toEqual(kept)
})
