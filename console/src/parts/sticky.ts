// Heads of tables stay in sight at the very top of the screen's room: its padding would else leave a line of rows above them.
export const PADDING = 12;
export const STICKY = { offsetHeader: -PADDING };
