import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

interface PhotoButtonProps {
  class: string;
  accept?: string;
  label?: string;
  disabled?: boolean;
  onFile(file: File): void;
  children: ComponentChildren;
}

/** A button that lets the visitor choose a file. */
export function PhotoButton({ class: name, accept = "image/*", label, disabled, onFile, children }: PhotoButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={name} aria-label={label} disabled={disabled} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // The same file chosen again is chosen anew.
          currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
    </>
  );
}
