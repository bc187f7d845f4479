import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** The places between which a crash can come while a file is written so that it survives one. */
export const WRITE_STEPS = ['write', 'fsync', 'rename', 'fsync_folder', 'remove'] as const
export type WriteStep = (typeof WRITE_STEPS)[number]

/** Told before and after each step; tests die there. */
export type StepHook<Step extends string> = (step: Step, when: 'before' | 'after') => void

/** Writes a file so that after a crash at any point either the old or the new content is there, whole. */
export function writeDurably(
  folder: string,
  name: string,
  content: string | Uint8Array,
  onStep: StepHook<WriteStep> = () => {},
): void {
  const step = (called: WriteStep, work: () => void) => {
    onStep(called, 'before')
    work()
    onStep(called, 'after')
  }
  const temporary = join(folder, `${name}.new`)
  const file = openSync(temporary, 'w', 0o600)
  try {
    step('write', () =>
      writeWhole(file, typeof content === 'string' ? Buffer.from(content, 'utf8') : content),
    )
    step('fsync', () => fsyncSync(file))
  } finally {
    closeSync(file)
  }
  step('rename', () => renameSync(temporary, join(folder, name)))
  step('fsync_folder', () => fsyncFolder(folder))
}

/** Removes a file so that it does not come back after a crash. */
export function removeDurably(folder: string, name: string, onStep: StepHook<WriteStep> = () => {}): void {
  onStep('remove', 'before')
  unlinkSync(join(folder, name))
  fsyncFolder(folder)
  onStep('remove', 'after')
}

/** One write may take less than it was given. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

/** Makes what was created, renamed or removed in a folder survive a crash. */
export function fsyncFolder(folder: string): void {
  const directory = openSync(folder, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
