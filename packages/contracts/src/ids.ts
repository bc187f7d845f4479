import { z } from 'zod'

// Ids are UUIDs (version 7: they sort by creation). The brand keeps one kind from being passed for another.
export const WorkspaceId = z.uuid().brand<'WorkspaceId'>()
export type WorkspaceId = z.infer<typeof WorkspaceId>
export const AgentId = z.uuid().brand<'AgentId'>()
export type AgentId = z.infer<typeof AgentId>
export const DepartmentId = z.uuid().brand<'DepartmentId'>()
export type DepartmentId = z.infer<typeof DepartmentId>
export const SessionId = z.uuid().brand<'SessionId'>()
export type SessionId = z.infer<typeof SessionId>
export const ApiTokenId = z.uuid().brand<'ApiTokenId'>()
export type ApiTokenId = z.infer<typeof ApiTokenId>
export const BotId = z.uuid().brand<'BotId'>()
export type BotId = z.infer<typeof BotId>
export const CustomerId = z.uuid().brand<'CustomerId'>()
export type CustomerId = z.infer<typeof CustomerId>
export const ConversationId = z.uuid().brand<'ConversationId'>()
export type ConversationId = z.infer<typeof ConversationId>
export const MessageId = z.uuid().brand<'MessageId'>()
export type MessageId = z.infer<typeof MessageId>
export const NoteId = z.uuid().brand<'NoteId'>()
export type NoteId = z.infer<typeof NoteId>
export const LabelId = z.uuid().brand<'LabelId'>()
export type LabelId = z.infer<typeof LabelId>
export const PhraseGroupId = z.uuid().brand<'PhraseGroupId'>()
export type PhraseGroupId = z.infer<typeof PhraseGroupId>
export const WalletId = z.uuid().brand<'WalletId'>()
export type WalletId = z.infer<typeof WalletId>
export const CannedReplyId = z.uuid().brand<'CannedReplyId'>()
export type CannedReplyId = z.infer<typeof CannedReplyId>
export const FieldId = z.uuid().brand<'FieldId'>()
export type FieldId = z.infer<typeof FieldId>
export const EntryId = z.uuid().brand<'EntryId'>()
export type EntryId = z.infer<typeof EntryId>
export const ImportId = z.uuid().brand<'ImportId'>()
export type ImportId = z.infer<typeof ImportId>
