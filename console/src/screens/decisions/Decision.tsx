export default function Decision() { return null; }
