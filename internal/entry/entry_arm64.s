//go:build entry

#include "textflag.h"

// The kernel starts the program here, with the vector on the stack.
TEXT ·entry(SB),NOSPLIT|NOFRAME,$0
	MOVD	RSP, R0
	MOVD	R0, ·vector(SB)
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
