export function startByOwnNode(script: string): Promise<void>;
