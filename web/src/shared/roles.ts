/** The UTF-16 units Telegram takes in one message. */
export const MESSAGE_TEXT_MAX = 4096
