/** A time in which no request of a run may leave, because the server asked for it. */
export class Pause {
	private endsAt = 0;

	extend(waitMs: number): void {
		this.endsAt = Math.max(this.endsAt, Date.now() + waitMs);
	}

	remainingMs(): number {
		return Math.max(this.endsAt - Date.now(), 0);
	}
}
