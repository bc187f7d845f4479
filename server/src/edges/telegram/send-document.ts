import { Api, GrammyError, InputFile } from 'grammy'
import type { Databases } from '../../db/database.ts'
import { hideTokens } from '../../kernel/log.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import { AnchorError } from '../../ledger/witness-client.ts'
import type { SendDocument } from '../../modules/anchors/index.ts'
import { openToken } from '../../modules/bots/index.ts'

const TIMEOUT_SECONDS = 30

/**
 * Sends a file into a chat by the first connected bot of a workspace that may write there. Throws AnchorError
 * `no_bot`, `chat_refused`, `unreachable`; nothing that is thrown carries a token.
 */
export function createSendDocument(parts: {
  databases: Databases
  secret: InstallationSecret
  /** Without a `/` at the end. */
  apiRoot: string
}): SendDocument {
  return async (workspaceId, chat, file) => {
    const bots = await connectedBots(parts.databases, workspaceId)
    let refused = new AnchorError('no_bot', 'no bot is connected')
    for (const { botId, sealed } of bots) {
      const token = openToken(parts.secret, workspaceId, botId, sealed)
      const api = new Api(token, { apiRoot: parts.apiRoot, timeoutSeconds: TIMEOUT_SECONDS })
      try {
        const document = new InputFile(file.content, file.name)
        const sent = await api.sendDocument(chat, document, { caption: file.caption })
        return { botId, messageId: sent.message_id }
      } catch (error) {
        // grammY's other errors hold the address, and with it the token: neither they nor their cause may leave.
        if (!(error instanceof GrammyError)) throw new AnchorError('unreachable', 'Telegram did not answer')
        refused = new AnchorError('chat_refused', `Telegram refused: ${hideTokens(error.description)}`)
      }
    }
    throw refused
  }
}

async function connectedBots(
  databases: Databases,
  workspaceId: string,
): Promise<{ botId: string; sealed: Buffer }[]> {
  const { rows } = await databases.app.query<{ botId: string; sealed: Buffer }>(
    `select b.bot_id as "botId", t.sealed from bot b join bot_token t using (workspace_id, bot_id)
     where b.workspace_id = $1 and b.state = 'connected' order by b.connected_at`,
    [workspaceId],
  )
  return rows
}
