"""What the GPUs do, and how they are."""

from __future__ import annotations

from k8s.boards.board import Board, Panel

_OF = '{node=~"$node"}'

BOARD = Board(
    uid="gpus",
    title="GPUs",
    variables={"node": "label_values(DCGM_FI_DEV_GPU_UTIL, node)"},
    rows={
        "Work": (
            Panel(
                title="Multiprocessors at work",
                description="Near 0 with a utilisation of 100 %: kernels spin, as in a collective that hangs.",
                queries={"{{node}}": f"avg by (node) (DCGM_FI_PROF_SM_ACTIVE{_OF})"},
                unit="percentunit",
            ),
            Panel(
                title="Tensor cores at work",
                queries={"{{node}}": f"avg by (node) (DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{_OF})"},
                unit="percentunit",
            ),
            Panel(
                title="Memory interface at work",
                queries={"{{node}}": f"avg by (node) (DCGM_FI_PROF_DRAM_ACTIVE{_OF})"},
                unit="percentunit",
            ),
        ),
        "Memory and links": (
            Panel(
                title="Memory used",
                queries={
                    "{{node}} {{gpu}}": f"DCGM_FI_DEV_FB_USED{_OF} / (DCGM_FI_DEV_FB_USED{_OF} + DCGM_FI_DEV_FB_FREE{_OF})"
                },
                unit="percentunit",
            ),
            Panel(
                title="PCIe",
                queries={
                    "{{node}} sent": f"sum by (node) (DCGM_FI_PROF_PCIE_TX_BYTES{_OF})",
                    "{{node}} received": f"sum by (node) (DCGM_FI_PROF_PCIE_RX_BYTES{_OF})",
                },
                unit="Bps",
            ),
        ),
        "Health": (
            Panel(
                title="XID errors, of 5 minutes",
                description="13, 31 and 43 are mostly the program's own fault.",
                queries={"{{node}} {{gpu}}: {{xid}}": f"DCGM_EXP_XID_ERRORS_COUNT{_OF} > 0"},
            ),
            Panel(
                title="Memory errors and remapped rows",
                queries={
                    "{{node}} {{gpu}} double-bit": f"DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{_OF} > 0",
                    "{{node}} {{gpu}} remapped": f"DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{_OF} > 0",
                },
            ),
            Panel(
                title="Slowed by",
                queries={
                    "{{node}} {{gpu}}: {{clock_event}}": 'DCGM_EXP_CLOCK_EVENTS_COUNT{node=~"$node",clock_event!="gpu_idle"} > 0'
                },
            ),
        ),
        "Heat and power": (
            Panel(title="Temperature", queries={"{{node}} {{gpu}}": f"DCGM_FI_DEV_GPU_TEMP{_OF}"}, unit="celsius"),
            Panel(title="Power", queries={"{{node}}": f"sum by (node) (DCGM_FI_DEV_POWER_USAGE{_OF})"}, unit="watt"),
            Panel(title="Clock", queries={"{{node}} {{gpu}}": f"DCGM_FI_DEV_SM_CLOCK{_OF} * 1e6"}, unit="hertz"),
        ),
    },
)
