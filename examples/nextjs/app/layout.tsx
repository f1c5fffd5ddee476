import type { Metadata } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import "./style.css";

export const metadata: Metadata = { title: "MMFS with Next.js" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/">In the browser</Link>
          <Link href="/on-the-server">On the server</Link>
        </nav>
        <main>{children}</main>
      </body>
    </html>
  );
}
