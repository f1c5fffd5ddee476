import { MMFSError } from "@mmfs/core";

/** The file is damaged, or made to deceive. */
export function invalid(what: string, cause?: unknown): MMFSError {
  return new MMFSError(
    "CHECKPOINT_INVALID",
    `This checkpoint cannot be read: ${what}. Download or save the file again.`,
    cause === undefined ? undefined : { cause },
  );
}

/** The file asks for something other than data. */
export function unsafe(what: string): MMFSError {
  return new MMFSError(
    "CHECKPOINT_UNSAFE",
    `This checkpoint asks for ${what}, which is never done. Only tensors, numbers, strings and containers of them are read: ` +
      `load it in a Python that you trust and save again with torch.save({"G_ema_model": network.state_dict()}, path).`,
  );
}
