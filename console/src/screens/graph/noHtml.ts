// In place of html2canvas, which G6's drawing library takes in for pictures of nodes made of HTML: there are none here.
export default function noHtml(): never {
  throw new Error("no node is made of HTML");
}
