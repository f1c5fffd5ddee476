import { MMFSError } from "@mmfs/core";
import { hostileInputs, readEverything } from "./hostile-inputs.js";

/** What a file is answered with: the code and the sentence of the error. */
export function answerTo(bytes: Uint8Array): { code: string; message: string } {
  try {
    readEverything(bytes);
    return { code: "accepted", message: "" };
  } catch (error) {
    if (MMFSError.isInstance(error)) return { code: error.code, message: error.message };
    throw error;
  }
}

/** The hostile inputs and what each got, as markdown. */
export function hostileTable(): string {
  const lines = ["| where | what is wrong | code | the error says |", "|---|---|---|---|"];
  for (const { group, name, make } of hostileInputs) {
    const { code, message } = answerTo(make());
    const reason = message.replace(/^This checkpoint (cannot be read: |holds no MMFS network that can be used: )?/, "");
    const short = reason.replace(/\. Download or save the file again\.$|, which is never done\..*$/, "").slice(0, 160);
    lines.push(
      `| ${[group, name, `\`${code}\``, short].map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}
