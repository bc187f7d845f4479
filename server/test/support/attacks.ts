/**
 * What somebody who owns the database can try, the verdict that names it, and what it is held against. The threat
 * model carries this same table (docs.test.ts compares them); attacks.test.ts does each of them to a real database.
 */
export const ATTACKS = [
  { id: 'edit', attack: 'Change a byte of an entry', verdict: 'leaf_changed', anchor: 'tile, signed head' },
  { id: 'delete', attack: 'Delete an entry', verdict: 'leaf_missing', anchor: 'dense positions' },
  {
    id: 'insert',
    attack: 'Insert an entry between others',
    verdict: 'leaf_duplicate',
    anchor: 'dense positions',
  },
  {
    id: 'append',
    attack: 'Add an entry behind the head',
    verdict: 'leaf_surplus',
    anchor: 'size of the head',
  },
  { id: 'swap', attack: 'Swap two entries', verdict: 'leaf_moved', anchor: 'tile, signed head' },
  {
    id: 'nonsense',
    attack: 'Put something in the place of an entry that is none',
    verdict: 'leaf_malformed',
    anchor: 'closed form of a leaf',
  },
  {
    id: 'column',
    attack: 'Change what an entry seems to say, in a column beside it',
    verdict: 'column_mismatch',
    anchor: 'the leaf',
  },
  { id: 'truncate', attack: 'Cut the newest entries off', verdict: 'tree_shrunk', anchor: 'signed heads' },
  {
    id: 'roll_back',
    attack: 'Roll the whole database back to an older state',
    verdict: 'tree_shrunk',
    anchor: 'signer’s memory',
  },
  {
    id: 'roll_back_epoch',
    attack: 'Roll it back behind an epoch that was announced',
    verdict: 'epoch_mismatch',
    anchor: 'signer’s memory',
  },
  {
    id: 'epoch',
    attack: 'Go on in an epoch that nobody announced',
    verdict: 'epoch_unannounced',
    anchor: 'the first entry of an epoch',
  },
  {
    id: 'rewrite',
    attack: 'Rewrite entries, tiles and head so that they agree',
    verdict: 'checkpoint_mismatch',
    anchor: 'signed heads',
  },
  {
    id: 'rewrite_unsigned',
    attack: 'The same, and take the signed heads away',
    verdict: 'signer_mismatch',
    anchor: 'signer’s memory',
  },
  {
    id: 'stolen_key',
    attack: 'The same, and sign every head anew with the stolen key, signer’s folder included',
    verdict: 'anchor_mismatch',
    anchor: 'witness or timestamp',
  },
  {
    id: 'stolen_key_hidden',
    attack: 'The same, and take away what witnesses gave',
    verdict: 'anchor_missing',
    anchor: 'the entries that name it',
  },
  {
    id: 'stolen_key_fresh',
    attack: 'The same, only with entries that no anchor has seen yet',
    verdict: 'ok',
    anchor: 'nothing, until the next anchor',
  },
  { id: 'head', attack: 'Claim another root in the head', verdict: 'head_mismatch', anchor: 'the leaves' },
  {
    id: 'tile',
    attack: 'Forge a tile, each in turn',
    verdict: 'tile_mismatch',
    anchor: 'the leaves, or the tiles below',
  },
  {
    id: 'tile_delete',
    attack: 'Take a tile away, each in turn',
    verdict: 'tile_missing',
    anchor: 'the leaves',
  },
  {
    id: 'tile_plant',
    attack: 'Plant a tile beyond the tree, at any level',
    verdict: 'tile_surplus',
    anchor: 'size of the head',
  },
  {
    id: 'other_key',
    attack: 'Sign a head with a key of one’s own',
    verdict: 'checkpoint_other_key',
    anchor: 'keys the ledger names',
  },
  {
    id: 'other_named',
    attack: 'Name a key of one’s own in the ledger',
    verdict: 'signer_other_key',
    anchor: 'signer’s key',
  },
  {
    id: 'other_log',
    attack: 'Show the signed head of another workspace',
    verdict: 'checkpoint_wrong_origin',
    anchor: 'origin in the signed text',
  },
  {
    id: 'bad_signature',
    attack: 'Change the text of a signed head',
    verdict: 'checkpoint_bad_signature',
    anchor: 'signature',
  },
  {
    id: 'bent_note',
    attack: 'Put something in the place of a signed head that is none',
    verdict: 'checkpoint_malformed',
    anchor: 'form of a note',
  },
  {
    id: 'pending_delete',
    attack: 'Delete an entry of a conversation between commit and tree',
    verdict: 'conversation_gap',
    anchor: 'numbers of the conversation',
  },
  {
    id: 'pending_delete_node',
    attack: 'Delete any other entry between commit and tree',
    verdict: 'node_gap',
    anchor: 'numbers of the node, once it stopped in order',
  },
  {
    id: 'counter',
    attack: 'Move a conversation’s counter on, to make room for a later forgery',
    verdict: 'conversation_counter_wrong',
    anchor: 'numbers in the leaves',
  },
  {
    id: 'pending_forge',
    attack: 'Put a forged entry in front of the sequencer',
    verdict: 'pending_forged',
    anchor: 'HMAC of the installation',
  },
  {
    id: 'pending_taken',
    attack: 'The same, and wait until the sequencer meets it',
    verdict: 'entry_rejected',
    anchor: 'HMAC of the installation',
  },
  {
    id: 'part',
    attack: 'Take the words of an entry away',
    verdict: 'part_missing',
    anchor: 'commitment in the leaf',
  },
  {
    id: 'part_key',
    attack: 'The same, and destroy the person’s key, so that it looks like an erasure',
    verdict: 'part_missing',
    anchor: 'the entry that every erasure has',
  },
  {
    id: 'part_plant',
    attack: 'Add words to an entry that had none',
    verdict: 'part_surplus',
    anchor: 'commitments in the leaf',
  },
  {
    id: 'part_change',
    attack: 'Put other words in their place',
    verdict: 'part_mismatch',
    anchor: 'commitment in the leaf, with --parts',
  },
  { id: 'ledger', attack: 'Take the whole ledger away', verdict: 'ledger_missing', anchor: 'the workspace' },
] as const

export type AttackId = (typeof ATTACKS)[number]['id']
