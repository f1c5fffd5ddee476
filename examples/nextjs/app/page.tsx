import { Stylizer } from "./stylizer";

export default function Page() {
  return (
    <>
      <h1>A face, drawn in the browser</h1>
      <Stylizer preset="charcoal" surroundings="toned" />
    </>
  );
}
