//go:build entry

#include "textflag.h"

// The kernel starts the program here, with the vector on the stack.
TEXT ·entry(SB),NOSPLIT|NOFRAME,$0
	MOVL	SP, ·vector(SB)
	MOVL	·measureFunc(SB), DX
	MOVL	(DX), AX
	CALL	AX
	SUBL	·room(SB), SP
	MOVL	SP, ·arranged(SB)
	MOVL	·beginFunc(SB), DX
	MOVL	(DX), AX
	CALL	AX
	JMP	_rt0_386_linux(SB)
