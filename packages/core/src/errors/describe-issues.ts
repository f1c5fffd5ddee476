import * as v from "valibot";

/** What valibot found wrong, in one line: the field, and what is the matter with it. */
export function describeIssues(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues
    .slice(0, 3)
    .map((issue) => {
      const field = v.getDotPath(issue);
      return field === null ? issue.message : `${field}: ${issue.message}`;
    })
    .join("; ");
}
