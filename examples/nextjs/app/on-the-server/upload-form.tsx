"use client";

import { type FormEvent, useEffect, useState } from "react";

export function UploadForm({ styles }: { styles: string[] }) {
  const [message, setMessage] = useState("");
  const [picture, setPicture] = useState<string>();
  useEffect(() => () => URL.revokeObjectURL(picture ?? ""), [picture]);

  async function draw(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setMessage("Drawing…");
    try {
      const answer = await fetch("/api/stylize", { method: "POST", body: new FormData(event.currentTarget) });
      if (!answer.ok) return setMessage((await answer.json()).message);
      setPicture(URL.createObjectURL(await answer.blob()));
      setMessage("");
    } catch {
      setMessage("The server could not be reached: try again.");
    }
  }

  return (
    <>
      <form onSubmit={draw}>
        <label>
          Photo
          <input type="file" name="photo" accept="image/*" required />
        </label>
        <label>
          Style
          <input name="style" list="styles" defaultValue={styles[0]} />
        </label>
        <datalist id="styles">
          {styles.map((style) => (
            <option key={style}>{style}</option>
          ))}
        </datalist>
        <button type="submit">Draw</button>
      </form>
      <p role="status">{message}</p>
      {/* biome-ignore lint/performance/noImgElement: the picture is of this page's own making */}
      {picture && <img src={picture} alt="The stylised one" />}
    </>
  );
}
