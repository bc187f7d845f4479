import { ConsoleError } from '../../kernel/console-error.ts'
import type { BotsPort } from './connect.ts'
import type { ProfileReader } from './profile.ts'

const unreachable = async (): Promise<never> => {
  throw new ConsoleError('telegram.unreachable')
}

/** What a node without a gateway has instead of Telegram. */
export const NO_TELEGRAM: Pick<BotsPort, 'identify' | 'delivery'> & { readonly profile: ProfileReader } = {
  delivery: 'polling',
  identify: unreachable,
  profile: { commands: unreachable, photo: unreachable, texts: unreachable },
}
