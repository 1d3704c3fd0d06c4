//go:build entry

#include "textflag.h"

// The kernel starts the program here, with the vector on the stack.
TEXT ·entry(SB),NOSPLIT|NOFRAME,$0
	MOVD	RSP, R0
	MOVD	R0, ·vector(SB)
	MOVD	$·mmapC(SB), R0
	MOVD	R0, ·viaMmap(SB)
	MOVD	$runtime·bss(SB), R0
	MOVD	R0, ·bss(SB)
	MOVD	$runtime·ebss(SB), R0
	MOVD	R0, ·ebss(SB)
	MOVD	·measureFunc(SB), R26
	MOVD	(R26), R0
	BL	(R0)
	MOVD	·room(SB), R1
	MOVD	RSP, R0
	SUB	R1, R0
	MOVD	R0, RSP
	MOVD	R0, ·arranged(SB)
	MOVD	·beginFunc(SB), R26
	MOVD	(R26), R0
	BL	(R0)
	JMP	_rt0_arm64_linux(SB)

// mmapC calls mmapFunc as C code is called: the arguments come in R0 to R5, and go
// on there. The frame is room for what a Go function keeps of its arguments, which C code
// does not leave.
TEXT ·mmapC(SB),NOSPLIT,$56-0
	MOVWU	R2, R2
	MOVWU	R3, R3
	MOVW	R4, R4
	MOVWU	R5, R5
	MOVD	·mmapFunc(SB), R26
	MOVD	(R26), R6
	BL	(R6)
	RET
