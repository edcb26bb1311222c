"""(c) The most memory that a preview of prod holds at once: limit 200 MB."""

from __future__ import annotations

from measure import command, in_turns, machine, process, table, verdict

LIMIT = 200.0


def main(environment: str = "prod") -> None:
    samples = in_turns(
        5,
        python=lambda: process("-c", "pass"),
        pulumi=lambda: process("-c", "import pulumi"),
        preview=lambda: command("preview", environment),
    )
    most = {name: max(s.megabytes for s in found) for name, found in samples.items()}
    print(machine())
    print(
        table(
            ("fresh process", "MB at most"),
            [
                ("python", f"{most['python']:.0f}"),
                ("import pulumi", f"{most['pulumi']:.0f}"),
                (f"gpuplatform preview {environment}", f"{most['preview']:.0f}"),
            ],
        )
    )
    print(verdict("MB", most["preview"], LIMIT))


if __name__ == "__main__":
    main()
