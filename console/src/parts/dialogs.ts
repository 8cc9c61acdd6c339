// What was written in a dialog does not go by a key: Escape closes it only while nothing is written, like a click beside it. The button that cancels always does.
//
//     <Modal onCancel={unlessWritten(note !== "", onClose)} maskClosable={false} ...>
export function unlessWritten(isWritten: boolean | (() => boolean), close: () => void): (event?: { type?: string }) => void {
  return (event) => {
    if (event?.type !== "keydown" || !(typeof isWritten === "function" ? isWritten() : isWritten)) {
      close();
    }
  };
}
