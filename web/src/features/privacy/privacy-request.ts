import type { QueryOutput } from '@tracedesk/contracts'

/** What a customer asked about their data, as the desk lists it. */
export type PrivacyRequest = QueryOutput<'privacy.requests'>['items'][number]
