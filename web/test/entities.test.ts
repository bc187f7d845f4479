import { expect, test } from 'vitest'
import {
  type Entity,
  editable,
  type ShownEntity,
  segmentsOf,
  shiftEntities,
  toggleEntity,
} from '../src/features/conversations/entities.ts'

const bold = (offset: number, length: number): Entity => ({ type: 'bold', offset, length })
const shown = (type: string, offset: number, length: number): ShownEntity =>
  ({ type, offset, length, url: null, language: null }) as ShownEntity

test('formatting moves with its words when something is typed before it', () => {
  expect(shiftEntities([bold(6, 5)], 'hello world', 'well, hello world')).toEqual([bold(12, 5)])
})

test('what is typed inside a stretch belongs to it, and what is typed at its end does not', () => {
  expect(shiftEntities([bold(0, 5)], 'hello world', 'hel-lo world')).toEqual([bold(0, 6)])
  expect(shiftEntities([bold(0, 5)], 'hello', 'hello!')).toEqual([bold(0, 5)])
})

test('formatting shrinks with what is cut out of it, and goes with the last of its letters', () => {
  expect(shiftEntities([bold(0, 5)], 'hello world', 'hel world')).toEqual([bold(0, 3)])
  expect(shiftEntities([bold(6, 5)], 'hello world', 'hello ')).toEqual([])
  expect(shiftEntities([bold(0, 5), bold(6, 5)], 'hello world', 'hello')).toEqual([bold(0, 5)])
})

test('a format on a stretch that has it whole takes it away there and leaves the rest', () => {
  expect(toggleEntity([], 'bold', 2, 5)).toEqual([bold(2, 3)])
  expect(toggleEntity([bold(0, 9)], 'bold', 3, 6)).toEqual([bold(0, 3), bold(6, 3)])
  expect(toggleEntity([bold(3, 3)], 'bold', 3, 6)).toEqual([])
})

test('a format over a stretch that has it in part covers the whole stretch', () => {
  expect(toggleEntity([bold(0, 4)], 'bold', 2, 8)).toEqual([bold(0, 2), bold(2, 6)])
})

test('a format on nothing changes nothing, and other formats stay as they are', () => {
  const italic: Entity = { type: 'italic', offset: 0, length: 4 }
  expect(toggleEntity([italic], 'bold', 3, 3)).toEqual([italic])
  expect(toggleEntity([italic], 'bold', 0, 4)).toEqual([italic, bold(0, 4)])
})

test('a text is cut where its formatting changes, overlaps included, and loses no character', () => {
  const text = 'one two 👍🏽 three'
  const pieces = segmentsOf(text, [shown('bold', 0, 7), shown('italic', 4, 8), shown('code', 90, 3)])
  expect(pieces.map(piece => piece.text).join('')).toBe(text)
  expect(pieces.map(piece => piece.entities.map(({ type }) => type))).toEqual([
    ['bold'],
    ['bold', 'italic'],
    ['italic'],
    [],
  ])
})

test('formatting that reaches over the end of the text is cut there', () => {
  expect(segmentsOf('abc', [shown('bold', 1, 99)]).map(piece => piece.text)).toEqual(['a', 'bc'])
})

test('only formatting that the desk can send is kept for editing', () => {
  expect(editable([shown('mention', 0, 3), shown('bold', 4, 2)])).toEqual([bold(4, 2)])
})
